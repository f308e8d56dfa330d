window.YTD.follower.part0 = [
  {
    "follower": {
      "accountId": "0"
    }
  },
  {
    "follower": {
      "accountId": "1"
    }
  },
  {
    "follower": {
      "accountId": "2"
    }
  }
]