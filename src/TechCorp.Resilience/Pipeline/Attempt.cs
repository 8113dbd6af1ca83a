namespace TechCorp.Resilience;

/// <summary>One attempt of an operation, as the operation sees it.</summary>
public readonly struct Attempt
{
    internal Attempt(int number, string? idempotencyKey, CancellationToken cancellationToken)
    {
        Number = number;
        IdempotencyKey = idempotencyKey;
        CancellationToken = cancellationToken;
    }

    /// <summary>1 for the first attempt.</summary>
    public int Number { get; }

    /// <summary>The key of the call, the same in every attempt; <see langword="null"/> when the call has none.</summary>
    public string? IdempotencyKey { get; }

    /// <summary>Canceled by the caller, by the timeout of the attempt and by the deadline of the call. Do not use it after the attempt.</summary>
    public CancellationToken CancellationToken { get; }
}
