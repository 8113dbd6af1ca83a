namespace TechCorp.Messaging;

/// <summary>Declares again what was deleted. All who ask share one channel, which stays open: while nothing is missing, a pass costs some questions, no
/// channel and no refusal.</summary>
/// <remarks>Safe for concurrent use; the passes run one after the other.</remarks>
internal sealed class TopologyRestorer(AcceptedQueues accepted) : IDisposable
{
    private readonly SemaphoreSlim _passes = new(1, 1);
    private BrokerLink? _link; // changed by the pass that runs
    private DeclaringChannel? _channel; // changed by the pass that runs

    /// <exception cref="TopologyException">Something is missing, and the broker refuses to let it be declared.</exception>
    internal async Task<TopologyOutcome> RestoreAsync(BrokerLink link, Topology topology, CancellationToken cancellationToken)
    {
        await _passes.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_channel is null || _link != link)
            {
                (_link, _channel) = (link, new DeclaringChannel(link.Connection)); // that of the last connection ended with it
            }

            return await TopologyDeclarer.RestoreAsync(_channel, topology, accepted, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not TopologyException)
        {
            if (_channel is { } used)
            {
                _channel = null; // an answer that was not waited for may still come on it
                await used.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
        finally
        {
            _passes.Release();
        }
    }

    public void Dispose() => _passes.Dispose();
}
