namespace TechCorp.Messaging;

/// <summary>Sends dead letters back one after the other: choose, publish with confirm, acknowledge.</summary>
internal sealed class Redrive(ITransport transport, DeadLetterEnumerator enumerator, DeadLetterSources sources, TimeSpan publishTimeout,
    TimeProvider timeProvider)
{
    private readonly ObservedPublisher _publishing = new(transport, timeProvider);

    internal async Task<RedriveResult> RunAsync(string queue, RedriveOptions options, CancellationToken cancellationToken)
    {
        var result = new RedriveResult(Guid.CreateVersion7().ToString());
        try
        {
            await foreach (var (deadLetter, delivery, unacknowledged) in enumerator.EnumerateAsync(queue, cancellationToken).ConfigureAwait(false))
            {
                if (options.Filter?.Invoke(deadLetter) == false)
                {
                    continue;
                }

                result = result with { Matched = result.Matched + 1 };
                if (deadLetter.RedriveCount >= options.RedriveLimit)
                {
                    result = result with { OverRedriveLimit = result.OverRedriveLimit + 1 };
                }
                else if (!options.DryRun)
                {
                    await KeepRateAsync(options.PerSecond, result.Redriven, cancellationToken).ConfigureAwait(false);
                    result = await SendBackAsync(deadLetter, delivery, unacknowledged, options.ToOriginalDestination, result, cancellationToken)
                        .ConfigureAwait(false);
                }

                // A dead letter that stays does not use up the count, or it would block those after it forever.
                var sent = options.DryRun ? result.Matched - result.OverRedriveLimit : result.Redriven;
                if (result.Interrupted || sent == options.MaxCount)
                {
                    break;
                }
            }
        }
        catch (BrokerConnectionException) when (result.Matched > 0)
        {
            // The connection was lost while getting the next: the count of those sent back stands.
            return result with { Interrupted = true };
        }

        return result;
    }

    private async Task<RedriveResult> SendBackAsync(DeadLetter deadLetter, Delivery delivery, UnacknowledgedDeadLetters unacknowledged,
        bool toOriginalDestination, RedriveResult result, CancellationToken cancellationToken)
    {
        var (message, destination) = RedriveCopy.Of(deadLetter, delivery, toOriginalDestination, result.RedriveId);
        var outcome = await _publishing.PublishAsync("redrive", message, destination, UnroutableBehavior.Fail, publishTimeout, cancellationToken)
            .ConfigureAwait(false);
        if (outcome.Kind == PublishOutcomeKind.Returned && string.IsNullOrEmpty(destination.Exchange)
            && await sources.RestoreAsync(destination.RoutingKey, cancellationToken).ConfigureAwait(false))
        {
            outcome = await _publishing.PublishAsync("redrive", message, destination, UnroutableBehavior.Fail, publishTimeout, cancellationToken)
                .ConfigureAwait(false);
        }

        if (!outcome.IsConfirmed)
        {
            // A refusal concerns this message; anything else concerns the connection, and the next message would wait for it just as long.
            var refused = outcome.Kind is PublishOutcomeKind.Returned or PublishOutcomeKind.Rejected;
            return result with { Failed = result.Failed + 1, LastFailure = $"{outcome.Kind}: {outcome.Reason}", Interrupted = !refused };
        }

        var removed = await AcknowledgeAsync(delivery, unacknowledged).ConfigureAwait(false);
        return removed ? result with { Redriven = result.Redriven + 1 } : result with { Interrupted = true };
    }

    /// <summary>Not by the caller's token: the copy is published, so the original must be acknowledged.</summary>
    private async Task<bool> AcknowledgeAsync(Delivery delivery, UnacknowledgedDeadLetters unacknowledged)
    {
        using var deadline = new CancellationTokenSource(publishTimeout, timeProvider);
        try
        {
            return await unacknowledged.AcknowledgeAsync(delivery, deadline.Token).ConfigureAwait(false);
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
