"""The pre-check: a proposal against each rule of the zones that its parcel lies in, before anything is submitted."""
