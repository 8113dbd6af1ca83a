namespace TechCorp.Resilience.AspNetCore;

/// <summary>A caller that hangs up leaves while it waits for another request. Once its endpoint runs, that cancels nothing: the endpoint may have had its
/// effect, and a key that is released would let the next request have it again.</summary>
internal sealed class CallerPatience : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _hangUp;

    internal CallerPatience(CancellationToken aborted)
        => _hangUp = aborted.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);

    internal CancellationToken Token => _source.Token;

    /// <summary>From now on the token is either canceled or never will be.</summary>
    internal void End() => _hangUp.Dispose();

    public void Dispose()
    {
        _hangUp.Dispose();
        _source.Dispose();
    }
}
