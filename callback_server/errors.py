"""What the callback service adds to the one tree of errors."""

from honeytokens.errors import HoneytokensError


class ServiceError(HoneytokensError):
    """The service cannot start or go on: a port is taken, a file is not writable, a setting is wrong."""


class UnreadableSightingError(HoneytokensError):
    """A sealed sighting is damaged, or was sealed to another worker's key."""


class NotRecordedError(HoneytokensError):
    """A sighting could not be made durable, so it must not be acknowledged."""


class DeliveryError(HoneytokensError):
    """A receiver did not take an alert; it will be tried again."""


class SignInRefusedError(HoneytokensError):
    """Nobody signed in at the identity provider, or nobody who may look."""


class NotFoundError(HoneytokensError):
    """What was asked for is not there, or not for this reader."""
