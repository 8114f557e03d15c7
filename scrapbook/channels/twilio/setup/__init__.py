"""What ``scrapbook connect`` does at Twilio.

``webhook_resources`` reads and sets webhooks, ``connections`` plans, records and undoes their changes,
``reachability`` sends a webhook to this installation, ``compliance`` checks what Twilio and carriers require.
"""
