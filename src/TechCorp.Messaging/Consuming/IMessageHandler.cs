namespace TechCorp.Messaging;

/// <summary>Handles messages of one type.</summary>
/// <remarks>
/// Returning settles the message; throwing hands it to the delivery policy: immediate attempts, delayed attempts, then the dead-letter queue.
/// <see cref="PermanentFailureException"/> dead-letters at once; <see cref="RetryLaterException"/>, an open circuit
/// (<see cref="Resilience.CircuitOpenException"/>) and a full pipeline (<see cref="Resilience.ConcurrencyLimitException"/>)
/// ask for a later attempt that does not count. A message may come more than once: be idempotent.
/// </remarks>
/// <typeparam name="T">The payload's type, registered in the <see cref="MessageCatalog"/>.</typeparam>
public interface IMessageHandler<in T>
{
    /// <summary>Handles one message.</summary>
    /// <param name="message">The payload.</param>
    /// <param name="context">The delivery it came with; valid until the handler returns.</param>
    /// <param name="cancellationToken">Canceled when the handler's timeout or the host's stop budget has passed; the message is then delivered again.
    /// Valid until the handler returns: later calls use the same one.</param>
    Task HandleAsync(T message, MessageContext context, CancellationToken cancellationToken);
}
