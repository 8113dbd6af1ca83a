using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <summary>One search for due sagas: those whose wait has ended, and those whose process died. Bounded.</summary>
internal sealed class SagaRecoveryPass(SagaStore store, SagaDispatcher dispatcher, SagaOptions options, TimeProvider timeProvider, ILogger logger)
{
    private const int SuspendBatch = 100;
    private long? _lookedForUnknown;

    /// <returns>How many were started, and how long until the next search.</returns>
    internal async Task<(int Started, TimeSpan Next)> RunAsync(SagaCatalog catalog, CancellationToken cancellationToken)
    {
        await SuspendUnknownAsync(catalog, cancellationToken).ConfigureAwait(false);
        if (dispatcher.Free == 0)
        {
            return (0, options.PollInterval);
        }

        var due = await store.UntilDueAsync(catalog, cancellationToken).ConfigureAwait(false);
        if (due is null || due > TimeSpan.Zero)
        {
            return (0, due < options.PollInterval ? due.Value : options.PollInterval);
        }

        var slots = 0;
        while (slots < options.Concurrency && dispatcher.TryReserveSlot())
        {
            slots++;
        }

        IReadOnlyList<SagaInstance> taken = [];
        try
        {
            taken = slots == 0 ? [] : await store.ClaimDueAsync(catalog, slots, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            for (var i = taken.Count; i < slots; i++)
            {
                dispatcher.ReleaseSlot();
            }
        }

        foreach (var instance in taken)
        {
            dispatcher.Run(instance, plan: null);
        }

        // Claimed by others meanwhile: their leases are in the answer to the next question.
        return (taken.Count, taken.Count == 0 ? TimeSpan.FromMilliseconds(50) : TimeSpan.Zero);
    }

    private async Task SuspendUnknownAsync(SagaCatalog catalog, CancellationToken cancellationToken)
    {
        if (_lookedForUnknown is { } last && timeProvider.GetElapsedTime(last) < options.SuspendAfter)
        {
            return;
        }

        foreach (var row in await store.SuspendUnknownAsync(catalog, SuspendBatch, cancellationToken).ConfigureAwait(false))
        {
            logger.Suspended(row.Name, row.Version, row.BusinessKey, row.Id);
        }

        _lookedForUnknown = timeProvider.GetTimestamp();
    }
}
