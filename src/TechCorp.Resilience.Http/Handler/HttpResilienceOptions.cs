namespace TechCorp.Resilience.Http;

/// <summary>How the requests of an <see cref="HttpClient"/> are sent through a pipeline. Copied when a handler is made: later changes have no effect.</summary>
public sealed class HttpResilienceOptions
{
    /// <summary>
    /// Whether a request that changes state and has no <c>Idempotency-Key</c> gets one, the same in each of its attempts, so that it may be repeated. The
    /// server must store the key. A key that the caller sets is never replaced. Default: no, such a request is sent once.
    /// </summary>
    public bool CreateIdempotencyKeys { get; set; }

    /// <summary>
    /// The most bytes of a content that are kept in memory so that each attempt sends the same: JSON and other contents that make their bytes from values.
    /// A request with a larger one is sent once, and the log says so. Contents that hold their bytes anyway have no limit. Default: 1,048,576 (1 MiB).
    /// </summary>
    public int MaxBufferedContent { get; set; } = 1024 * 1024;

    internal HttpResilienceOptions Copy() => (HttpResilienceOptions)MemberwiseClone();

    internal IEnumerable<string> Problems()
    {
        if (MaxBufferedContent < 0)
        {
            yield return $"{nameof(MaxBufferedContent)} must not be negative; it is {MaxBufferedContent}.";
        }
    }
}
