"""Twilio: SMS, MMS and WhatsApp, in and out, and calls in.

Beside the files that every channel has (``scrapbook.channels``):

- webhooks: ``signed_requests`` and ``signature`` admit them, ``form`` reads their fields, ``calls`` answers
  calls, ``status`` reads delivery statuses, ``optout`` knows STOP, START and HELP, ``probe`` answers
  ``scrapbook connect``;
- REST API: ``rest`` has its clients and errors, ``hosts`` says who receives the credentials;
- ``setup`` has what ``scrapbook connect`` changes and checks at Twilio.
"""
