using System.Collections.Concurrent;

namespace TechCorp.Messaging;

/// <summary>Puts delayed messages on the ladder of their destination, which it declares when a delay first needs it, and again when somebody deleted a part of
/// it: a message skips a step that is missing, and arrives early.</summary>
internal sealed class DelayLadders(ITransport transport, TopologyMode mode, TimeProvider timeProvider)
{
    private const int CheckedAtOnce = 8; // a ladder is up to 66 questions

    private readonly ConcurrentDictionary<string, Ladder> _declared = new(StringComparer.Ordinal); // by the largest step
    private int _checked; // changed by the check, of which there is one at a time

    /// <summary>The message as it enters the ladder, and where.</summary>
    internal static (Message Message, Destination Destination) Enter(Message message, Destination destination)
    {
        var steps = DelaySteps.Of(destination, message.Delay!.Value);
        var headers = message.Headers.Where(header => !header.Key.StartsWith(DelaySteps.HeaderPrefix, StringComparison.Ordinal))
            .ToDictionary(StringComparer.Ordinal);
        headers[MessageHeaders.OriginalExchange] = destination.Exchange ?? ""; // a delivery names the last exchange, which is a step's
        headers[MessageHeaders.OriginalRoutingKey] = destination.RoutingKey ?? "";
        var largest = DelaySteps.Largest(steps);
        for (var step = 0; step <= largest; step++)
        {
            if (((steps >> step) & 1) != 0)
            {
                headers[DelaySteps.HeaderOf(step)] = BindingDeclaration.HeaderValue;
            }
        }

        var entering = new Message
        {
            Body = message.Body,
            Type = message.Type,
            Id = message.Id,
            Timestamp = message.Timestamp,
            ContentType = message.ContentType,
            CorrelationId = message.CorrelationId,
            AppId = message.AppId,
            Foreign = message.Foreign! with { Delay = null },
            Headers = headers,
        };
        return (entering, Destination.ToExchange(DelaySteps.NameOf(destination, largest), destination.RoutingKey ?? ""));
    }

    /// <summary>Returns when the steps that the delay needs are there.</summary>
    /// <returns>Null; or how the publish ends, unsent, because they are not.</returns>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    internal async ValueTask<PublishOutcome?> EnsureAsync(Destination destination, TimeSpan delay, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var largest = DelaySteps.Largest(DelaySteps.Of(destination, delay));
        var name = DelaySteps.NameOf(destination, largest);
        var ladder = _declared.GetOrAdd(name, _ => new Ladder(destination, largest, DeclareAsync(destination, largest)));
        try
        {
            await ladder.Declaring.WaitAsync(timeout, timeProvider, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (TimeoutException)
        {
            return PublishOutcome.ExpiredUnwritten($"the delay queues of {destination} could not be declared in time.");
        }
        catch (Exception exception) when (exception is ObjectDisposedException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return PublishOutcome.ExpiredUnwritten("the transport has stopped.");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _declared.TryRemove(KeyValuePair.Create(name, ladder));
            return new PublishOutcome(PublishOutcomeKind.Rejected, false, 406, $"the delay queues of {destination} cannot be used: {exception.Message}");
        }
    }

    /// <summary>The ladder that a message was sent to does not exist: the next publish declares it.</summary>
    internal void Forget(Destination destination, TimeSpan delay)
        => _declared.TryRemove(DelaySteps.NameOf(destination, DelaySteps.Largest(DelaySteps.Of(destination, delay))), out _);

    /// <summary>One pass: declares again what is missing of the ladders that were used, some of them in each pass. Those that cannot be declared are
    /// declared by the next publish, which says why it fails. Never throws.</summary>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (mode != TopologyMode.Create || _declared.IsEmpty)
        {
            return;
        }

        var longest = _declared.Values.Where(ladder => ladder.Declaring.IsCompletedSuccessfully)
            .GroupBy(ladder => DelaySteps.NameOf(ladder.Destination, 0), StringComparer.Ordinal) // the shorter ones are parts of the longest
            .OrderBy(ladders => ladders.Key, StringComparer.Ordinal)
            .Select(ladders => ladders.MaxBy(ladder => ladder.Largest)!)
            .ToList();
        for (var i = 0; i < Math.Min(CheckedAtOnce, longest.Count); i++)
        {
            await CheckAsync(longest[_checked++ % longest.Count], cancellationToken).ConfigureAwait(false);
        }

        _checked = longest.Count == 0 ? 0 : _checked % longest.Count;
    }

    private async Task CheckAsync(Ladder ladder, CancellationToken cancellationToken)
    {
        try
        {
            await transport.RestoreAsync(DelaySteps.To(ladder.Destination, ladder.Largest), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            for (var step = -1; step <= ladder.Largest; step++)
            {
                _declared.TryRemove(DelaySteps.NameOf(ladder.Destination, step), out _);
            }
        }
    }

    /// <summary>For all that wait for it, so without the token of one of them; what it throws is in the task.</summary>
    private async Task DeclareAsync(Destination destination, int largest)
        => await transport.DeclareAsync(DelaySteps.To(destination, largest), mode, CancellationToken.None).ConfigureAwait(false);

    private sealed record Ladder(Destination Destination, int Largest, Task Declaring);
}
