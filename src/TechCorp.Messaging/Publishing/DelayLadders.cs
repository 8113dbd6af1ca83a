using System.Collections.Concurrent;

namespace TechCorp.Messaging;

/// <summary>Puts delayed messages on the ladder of their destination, which it declares when a delay first needs it.</summary>
internal sealed class DelayLadders(ITransport transport, TopologyMode mode, TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<string, Task> _declared = new(StringComparer.Ordinal); // by the largest step

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
        var declaring = _declared.GetOrAdd(name, _ => DeclareAsync(destination, largest));
        try
        {
            await declaring.WaitAsync(timeout, timeProvider, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (TimeoutException)
        {
            return PublishOutcome.ExpiredUnwritten($"the delay queues of {destination} could not be declared in time.");
        }
        catch (ObjectDisposedException)
        {
            return PublishOutcome.ExpiredUnwritten("the transport has stopped.");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _declared.TryRemove(KeyValuePair.Create(name, declaring));
            return new PublishOutcome(PublishOutcomeKind.Rejected, false, 406, $"the delay queues of {destination} cannot be used: {exception.Message}");
        }
    }

    /// <summary>For all that wait for it, so without the token of one of them; what it throws is in the task.</summary>
    private async Task DeclareAsync(Destination destination, int largest)
        => await transport.DeclareAsync(DelaySteps.To(destination, largest), mode, CancellationToken.None).ConfigureAwait(false);
}
