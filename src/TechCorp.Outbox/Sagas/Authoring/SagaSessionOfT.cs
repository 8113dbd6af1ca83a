using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Calls the author's code with the state it knows, and turns what comes back, thrown or returned, into a outcome.</summary>
internal sealed class SagaSession<TState>(SagaSteps<TState> steps, JsonTypeInfo<TState> json, IOutbox outbox, AsyncServiceScope scope) : SagaSession(scope)
    where TState : class
{
    internal override bool IsLocal(int ordinal) => steps.Definitions[ordinal].Kind == SagaStepKind.Local;

    internal override void Check(string data) => Read(data);

    internal override Task<SagaResult> ActAsync(int ordinal, SagaCall call, string data, CancellationToken cancellationToken)
        => StepAsync(steps.Definitions[ordinal].Action!, call, data, cancellationToken);

    internal override Task<SagaResult> QueryAsync(int ordinal, SagaCall call, string data, CancellationToken cancellationToken)
        => StepAsync(steps.Definitions[ordinal].Query!, call, data, cancellationToken);

    internal override Task<SagaResult> UndoAsync(int ordinal, SagaCall call, string data, CancellationToken cancellationToken)
    {
        var events = new SagaEvents(outbox);
        var context = new CompensationContext<TState>(call, Read(data), events);
        return ReportAsync(data, events, () => context.State, async () =>
        {
            await WithinAsync(DoneAsync(steps.Definitions[ordinal].Compensate!(context, cancellationToken)), cancellationToken).ConfigureAwait(false);
            return StepOutcome.Success();
        });
    }

    internal override Task<SagaResult> LocalAsync(int ordinal, SagaCall call, string data, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var events = new SagaEvents(outbox);
        var context = new SagaTransaction<TState>(call, transaction, Read(data), events);
        return ReportAsync(data, events, () => context.State,
            () => WithinAsync(steps.Definitions[ordinal].Local!(context, cancellationToken), cancellationToken, Grace));
    }

    internal override async Task<SagaResult> EndAsync(SagaStatus status, SagaCall call, string data, DbTransaction transaction,
        CancellationToken cancellationToken)
    {
        var events = new SagaEvents(outbox, call.EventId);
        if ((status == SagaStatus.Completed ? steps.Completed : steps.Compensated) is { } work)
        {
            var context = new SagaTransaction<TState>(call, transaction, Read(data), events);
            await WithinAsync(DoneAsync(work(context, cancellationToken)), cancellationToken, Grace).ConfigureAwait(false);
            data = Write(context.State);
        }

        return new SagaResult(StepOutcome.Success(), data, events.Messages);
    }

    private Task<SagaResult> StepAsync(Func<StepContext<TState>, CancellationToken, Task<StepOutcome>> code, SagaCall call, string data,
        CancellationToken cancellationToken)
    {
        var events = new SagaEvents(outbox);
        var context = new StepContext<TState>(call, Read(data), events);
        return ReportAsync(data, events, () => context.State, () => WithinAsync(code(context, cancellationToken), cancellationToken));
    }

    /// <summary>State and events count only where the outcome is known. A pending one keeps the state, but its events
    /// would come again with each question.</summary>
    private async Task<SagaResult> ReportAsync(string data, SagaEvents events, Func<TState> state, Func<Task<StepOutcome>> code)
    {
        try
        {
            var outcome = await code().ConfigureAwait(false);
            return outcome is null
                ? new SagaResult(StepOutcome.Unknown("The action returned null."), data, [])
                : new SagaResult(outcome, Write(state()), outcome.Kind == StepOutcomeKind.Pending ? [] : events.Messages);
        }
        catch (RetryLaterException exception)
        {
            return new SagaResult(StepOutcome.Pending(exception.Delay > TimeSpan.Zero ? exception.Delay : TimeSpan.FromSeconds(1),
                ErrorText.MessageOf(exception)), data, []);
        }
        catch (Exception exception)
        {
            // Not a failure: what happened on the other side is not known.
            return new SagaResult(StepOutcome.Unknown(ErrorText.Of(exception)), data, []);
        }
    }

    private static async Task<bool> DoneAsync(Task code)
    {
        await code.ConfigureAwait(false);
        return true;
    }

    private TState Read(string data) => JsonSerializer.Deserialize(data, json) ?? throw new JsonException("The state is the JSON value null.");

    private string Write(TState state)
    {
        JsonShape.ThrowIfCut(state, json, "The saga's state", nameof(state));
        return JsonSerializer.Serialize(state, json);
    }
}
