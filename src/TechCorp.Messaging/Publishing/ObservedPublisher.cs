namespace TechCorp.Messaging;

/// <summary>Publishes through the transport, with a span and metrics when a listener wants them; without one it is the
/// transport's call and costs nothing more.</summary>
internal sealed class ObservedPublisher(ITransport transport, TimeProvider timeProvider)
{
    /// <param name="operation">publish, retry, dead-letter or redrive.</param>
    /// <param name="message">As for the transport, and so are the others.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="unroutableBehavior">Whether a return counts as confirmed.</param>
    /// <param name="timeout">How long the whole may take.</param>
    /// <param name="cancellationToken">The caller's.</param>
    internal ValueTask<PublishOutcome> PublishAsync(string operation, Message message, Destination destination, UnroutableBehavior unroutableBehavior,
        TimeSpan timeout, CancellationToken cancellationToken)
        => MessagingMetrics.ObservesPublishing || MessagingMetrics.Traces
            ? ObserveAsync(operation, message, destination, unroutableBehavior, timeout, cancellationToken)
            : transport.PublishAsync(message, destination, unroutableBehavior, timeout, cancellationToken);

    private async ValueTask<PublishOutcome> ObserveAsync(string operation, Message message, Destination destination, UnroutableBehavior unroutableBehavior,
        TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        var activity = PublishActivity.Start(operation, transport, message, destination);
        using var span = new ActivityScope(activity);
        var ending = "";
        try
        {
            var outcome = await transport.PublishAsync(MessageDefaults.Carrying(activity, message), destination, unroutableBehavior, timeout, cancellationToken)
                .ConfigureAwait(false);
            ending = PublishOutcomeText.Of(outcome.Kind);
            PublishActivity.End(activity, outcome);
            return outcome;
        }
        catch (Exception exception)
        {
            ending = PublishOutcomeText.Of(exception);
            PublishActivity.End(activity, exception);
            throw;
        }
        finally
        {
            MessagingMetrics.PublishEnded(operation, transport, destination, ending, timeProvider.GetElapsedTime(started));
        }
    }
}
