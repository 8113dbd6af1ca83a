namespace TechCorp.Messaging;

/// <summary>Whether messaging runs: it starts and stops with its host. Before and after, calls fail at once instead of waiting for a broker that nobody
/// connects to.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class HostGate
{
    private volatile bool _started;
    private volatile bool _stopped;

    internal bool HasStarted => _started;

    internal void Start() => _started = true;

    internal void Stop() => _stopped = true;

    /// <param name="act">What was asked for: "publish".</param>
    /// <exception cref="InvalidOperationException">The host has not started yet, or has stopped.</exception>
    internal void ThrowUnlessRunning(string act)
    {
        if (!_started || _stopped)
        {
            throw Closed(act);
        }
    }

    private InvalidOperationException Closed(string act) => new(_stopped
        ? $"Cannot {act}: messaging has stopped with its host. The last place to use it is the StopAsync of a hosted service."
        : $"Cannot {act} yet: messaging starts with the host. Start the host first (await host.StartAsync()), or do it in the StartAsync of a hosted service, "
        + "in a handler or in a request.");
}
