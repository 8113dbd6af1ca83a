using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Outbox;

/// <summary>Changes a saga from outside: takes it over from its owner, whose later writes then meet a newer epoch and change nothing.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class SagaInterventions(
    SagaStore store, SagaWriter writer, SagaDispatcher dispatcher, Lazy<SagaCatalog> catalog, IOutbox outbox, IServiceScopeFactory scopes,
    TimeProvider timeProvider, WakeSignal wake)
{
    internal Task<bool> RetryAsync(Guid id, CancellationToken cancellationToken)
        => TakeOverAsync(id, instance => SagaPlanner.RetryNow(instance.Definition.Rules, instance.Progress, instance.Deadline.HasPassed(timeProvider)),
            evenIfRunning: false, cancellationToken);

    internal Task<bool> ReportAsync(Guid id, string step, StepOutcome outcome, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(step);
        ArgumentNullException.ThrowIfNull(outcome);
        return TakeOverAsync(id, Decide, evenIfRunning: true, cancellationToken);

        SagaPlan? Decide(SagaInstance instance)
        {
            var rules = instance.Definition.Rules;
            var ordinal = rules.Steps.Select((s, i) => (s.Name, i)).Where(s => s.Name == step).Select(s => s.i).DefaultIfEmpty(-1).First();
            if (ordinal < 0)
            {
                throw new ArgumentException($"Saga {instance.Definition.Name} has no step '{step}'.", nameof(step));
            }

            return rules.Steps[ordinal].Kind == SagaStepKind.Local
                ? throw new ArgumentException($"Step '{step}' of saga {instance.Definition.Name} is local: its outcome is its commit, and cannot be reported.",
                    nameof(step))
                : SagaPlanner.Reported(rules, instance.Progress, ordinal, outcome, instance.Deadline.HasPassed(timeProvider));
        }
    }

    private async Task<bool> TakeOverAsync(Guid id, Func<SagaInstance, SagaPlan?> decide, bool evenIfRunning, CancellationToken cancellationToken)
    {
        var owned = dispatcher.TryReserveSlot();
        SagaCheckpoint? written = null;
        try
        {
            written = await WriteAsync(id, decide, keep: owned, evenIfRunning, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (owned && written is not { Kept: true })
            {
                dispatcher.ReleaseSlot();
            }
        }

        if (written is { Kept: true })
        {
            dispatcher.Run(written.Instance, written.Plan);
        }

        wake.Wake();
        return written is not null;
    }

    /// <summary>Takes an instance over from its owner, lets <paramref name="decide"/> change it, and writes that in the same transaction.
    /// Null when nothing was changed.</summary>
    private async Task<SagaCheckpoint?> WriteAsync(Guid id, Func<SagaInstance, SagaPlan?> decide, bool keep, bool evenIfRunning,
        CancellationToken cancellationToken)
    {
        await using var write = await store.BeginAsync(cancellationToken).ConfigureAwait(false);
        if (!evenIfRunning && await store.IsRunningAsync(write, id, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        if (await store.TakeOverAsync(write, catalog.Value, id, cancellationToken).ConfigureAwait(false) is not { } instance
            || decide(instance) is not { } plan)
        {
            return null;
        }

        await using var session = instance.Definition.Open(scopes.CreateAsyncScope(), outbox);
        session.Check(instance.Data);
        if (instance.Progress.IsFinal && !plan.Progress.IsFinal)
        {
            await store.MarkEndedAsync(write, instance, cancellationToken).ConfigureAwait(false);
        }

        return await writer.WriteAsync(write, session, instance, plan, instance.Data, [], keep, cancellationToken).ConfigureAwait(false);
    }
}
