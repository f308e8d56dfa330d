window.__THAR_CONFIG = {
  "userInfo": {
    "accountId": "42",
    "userName": "OurCharity",
    "displayName": "Our Charity"
  },
  "archiveInfo": {
    "sizeBytes": "1",
    "generationDate": "2024-01-31T23:30:00.000Z"
  }
}