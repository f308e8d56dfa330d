window.YTD.account.part0 = [
  {
    "account": {
      "email": "ada.byron@example.org",
      "phoneNumber": "+44 20 7946 0999",
      "username": "OurCharity",
      "accountId": "42",
      "createdAt": "2009-05-01T10:00:00.000Z"
    }
  }
]