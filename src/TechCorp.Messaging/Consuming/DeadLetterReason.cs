namespace TechCorp.Messaging;

/// <summary>Why a message was given up; the texts travel in <see cref="MessageHeaders.Reason"/>.</summary>
internal static class DeadLetterReason
{
    internal const string AttemptsExhausted = "attempts-exhausted";
    internal const string PermanentFailure = "permanent-failure";
    internal const string Unreadable = "unreadable";
    internal const string UnknownType = "unknown-type";
    internal const string NoType = "no-type";
    internal const string RedeliveryLimit = "redelivery-limit";
}
