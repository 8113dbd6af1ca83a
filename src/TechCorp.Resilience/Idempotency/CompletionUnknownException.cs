namespace TechCorp.Resilience;

/// <summary>The operation ran to its end, but the store could not be told. The key stays in progress until its lease is over; then it may run again.</summary>
public sealed class CompletionUnknownException : IdempotencyException
{
    internal CompletionUnknownException(IdempotencyKey key, Exception innerException)
        : base(key, $"The operation '{key}' has run, but whether its outcome was stored is not known. It may run again when its lease is over.", innerException)
    {
    }
}
