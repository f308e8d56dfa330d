window.YTD.tweets.part0 = [
  {
    "tweet": {
      "id_str": "11",
      "id": "11",
      "created_at": "Wed Oct 10 20:19:24 +0000 2018",
      "full_text": "We opened a new garden.",
      "favorite_count": "3",
      "retweet_count": "1",
      "entities": {
        "urls": [
          {
            "url": "https://t.co/a"
          },
          {
            "url": "https://t.co/b"
          }
        ]
      }
    }
  },
  {
    "tweet": {
      "id_str": "12",
      "id": "12",
      "created_at": "Wed Oct 10 20:19:24 +0000 2018",
      "full_text": "Thank you Zephyrine, call 020 7946 0999 or write to zephyrine@quill.example",
      "favorite_count": "7",
      "retweet_count": "1",
      "entities": {
        "urls": [
          {
            "url": "https://t.co/a"
          },
          {
            "url": "https://t.co/b"
          }
        ]
      }
    }
  }
]