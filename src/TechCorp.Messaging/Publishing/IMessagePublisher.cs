namespace TechCorp.Messaging;

/// <summary>Publishes messages and answers for each what the broker said.</summary>
/// <remarks>
/// At least once: confirmed and mandatory, sent again with the same id after a lost connection. Safe for concurrent use.
/// Every call ends by its deadline (<see cref="PublisherOptions.Timeout"/>), whatever happens to the broker.
/// </remarks>
public interface IMessagePublisher
{
    /// <summary>The message types that can be published by their CLR type.</summary>
    MessageCatalog Catalog { get; }

    /// <summary>Publishes one message and waits for the broker's answer to that very message.</summary>
    /// <returns>How it ended; nothing is thrown for an outcome.</returns>
    /// <exception cref="InvalidOperationException">Messaging has not started with its host yet, or has stopped with it.</exception>
    /// <exception cref="ArgumentException">The message breaks a limit (body size, header size, name length); found before anything is sent.</exception>
    /// <exception cref="OperationCanceledException">The caller canceled; the message may have been sent.</exception>
    ValueTask<PublishOutcome> TryPublishAsync(Message message, Destination destination, PublishOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>Publishes messages in order, pipelined: all are written before the first confirm is awaited, as far as the window allows.</summary>
    /// <remarks>
    /// The timeout is for the batch as a whole: a message that is not yet sent by then ends as expired. Messages are independent of each other: some may be
    /// confirmed and others not.
    /// </remarks>
    /// <returns>An outcome for each message, in the order given; nothing is thrown for an outcome.</returns>
    /// <exception cref="InvalidOperationException">Messaging has not started with its host yet, or has stopped with it.</exception>
    /// <exception cref="ArgumentException">A message breaks a limit; none has been sent.</exception>
    /// <exception cref="OperationCanceledException">
    /// The caller canceled. Any of the messages may have been delivered, and their outcomes are lost with the call: to get them, let the
    /// timeout end the batch instead.
    /// </exception>
    ValueTask<IReadOnlyList<PublishOutcome>> TryPublishBatchAsync(IReadOnlyList<(Message Message, Destination Destination)> batch,
        PublishOptions? options = null, CancellationToken cancellationToken = default);
}
