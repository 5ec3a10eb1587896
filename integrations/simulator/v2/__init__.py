"""HL7 v2 as a HiX-like EPD speaks it: referrals out (ZorgDomein ORU, REF^I12), letters in."""
