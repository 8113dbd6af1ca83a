namespace TechCorp.Messaging;

/// <summary>Sends dead letters back: choose, publish confirmed, then acknowledge; one after the other.</summary>
internal sealed class Redrive(ITransport transport, DeadLetterEnumerator walk, TimeSpan publishTimeout, TimeProvider timeProvider)
{
    private readonly ObservedPublisher _publishing = new(transport, timeProvider);

    internal async Task<RedriveResult> RunAsync(string queue, RedriveOptions options, CancellationToken cancellationToken)
    {
        var result = new RedriveResult(Guid.CreateVersion7().ToString());
        try
        {
            await foreach (var (letter, delivery, held) in walk.StepsAsync(queue, cancellationToken).ConfigureAwait(false))
            {
                if (options.Filter?.Invoke(letter) == false)
                {
                    continue;
                }

                result = result with { Matched = result.Matched + 1 };
                if (letter.ReplayCount >= options.ReplayLimit)
                {
                    result = result with { OverReplayLimit = result.OverReplayLimit + 1 };
                }
                else if (!options.DryRun)
                {
                    await KeepRateAsync(options.PerSecond, result.Redriven, cancellationToken).ConfigureAwait(false);
                    result = await SendBackAsync(letter, delivery, held, options.Target, result, cancellationToken).ConfigureAwait(false);
                }

                // What stays where it is does not use up the count, or it would block for ever what comes after it.
                var sent = options.DryRun ? result.Matched - result.OverReplayLimit : result.Redriven;
                if (result.Interrupted || sent == options.MaxCount)
                {
                    break;
                }
            }
        }
        catch (BrokerConnectionException) when (result.Matched > 0)
        {
            // Lost while getting the next: what was sent back stays counted.
            return result with { Interrupted = true };
        }

        return result;
    }

    private async Task<RedriveResult> SendBackAsync(DeadLetter letter, Delivery delivery, UnacknowledgedDeadLetters held, RedriveTarget target, RedriveResult result, CancellationToken cancellationToken)
    {
        var (message, destination) = RedriveCopy.Of(letter, delivery, target, result.RedriveId);
        var outcome = await _publishing.PublishAsync("redrive", message, destination, UnroutableBehavior.Fail, publishTimeout, cancellationToken).ConfigureAwait(false);
        if (!outcome.IsConfirmed)
        {
            // A refusal concerns this message; anything else concerns the connection, and the next message would wait for it just as long.
            var refused = outcome.Kind is PublishOutcomeKind.Returned or PublishOutcomeKind.Rejected;
            return result with { Failed = result.Failed + 1, LastFailure = $"{outcome.Kind}: {outcome.Reason}", Interrupted = !refused };
        }

        var gone = await AcknowledgeAsync(delivery, held).ConfigureAwait(false);
        return gone ? result with { Redriven = result.Redriven + 1 } : result with { Interrupted = true };
    }

    /// <summary>Not by the caller's token: the copy is out, so the original must go.</summary>
    private async Task<bool> AcknowledgeAsync(Delivery delivery, UnacknowledgedDeadLetters held)
    {
        using var deadline = new CancellationTokenSource(publishTimeout, timeProvider);
        try
        {
            return await held.AcknowledgeAsync(delivery, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task KeepRateAsync(double? perSecond, int redriven, CancellationToken cancellationToken)
    {
        if (perSecond is { } rate && redriven > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(1 / rate), timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }
}
