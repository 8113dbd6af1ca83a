using System.Runtime.CompilerServices;

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

    /// <summary>Publishes a payload whose type the catalog knows, to the given destination or to the one registered for the type.</summary>
    /// <remarks>
    /// What counts is the payload's runtime type, not that of the variable: a list of interfaces publishes each element as what it is. Each call is a message
    /// with a new id. To publish one again, set <see cref="PublishOptions.MessageId"/> to the id of the <see cref="PublishException"/>, so that consumers
    /// know it.
    /// </remarks>
    /// <exception cref="PublishException">The message was not confirmed.</exception>
    /// <exception cref="ArgumentException">The body or a name is too large, or an option is out of its range; or the payload's runtime type is not in the
    /// catalog, and the type it is declared as would leave a part of it out. Nothing was sent.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled; the message may have been delivered.</exception>
    /// <exception cref="InvalidOperationException">The type is not in the catalog, or has no destination and none was given.</exception>
    Task PublishAsync<T>(T payload, Destination? destination = null, PublishOptions? options = null, CancellationToken cancellationToken = default)
        where T : notnull
    {
        var message = Catalog.Create(payload);
        return PublishAsync(message, destination ?? Catalog.DestinationOf(message), options, cancellationToken);
    }

    /// <summary>Publishes a payload to the destination registered for its type, with options.</summary>
    /// <inheritdoc cref="PublishAsync{T}(T, Destination?, PublishOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(-1)] // a null and a named argument mean the other one
    Task PublishAsync<T>(T payload, PublishOptions options, CancellationToken cancellationToken = default)
        where T : notnull
        => PublishAsync(payload, null, options, cancellationToken);

    /// <summary>Publishes a serialized message.</summary>
    /// <exception cref="PublishException">The message was not confirmed.</exception>
    /// <exception cref="ArgumentException">The body or a name is too large, or an option is out of its range; nothing was sent.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled; the message may have been delivered.</exception>
    async Task PublishAsync(Message message, Destination destination, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        var outcome = await TryPublishAsync(message, destination, options, cancellationToken).ConfigureAwait(false);
        if (!outcome.IsConfirmed)
        {
            throw new PublishException(options?.MessageId ?? message.Id, destination, outcome);
        }
    }

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
    /// confirmed and others not. The other options are for each of the messages.
    /// </remarks>
    /// <returns>An outcome for each message, in the order given; nothing is thrown for an outcome.</returns>
    /// <exception cref="InvalidOperationException">Messaging has not started with its host yet, or has stopped with it.</exception>
    /// <exception cref="ArgumentException">A message breaks a limit, or one id is given for several; none has been sent.</exception>
    /// <exception cref="OperationCanceledException">
    /// The caller canceled. Any of the messages may have been delivered, and their outcomes are lost with the call: to get them, let the
    /// timeout end the batch instead.
    /// </exception>
    ValueTask<IReadOnlyList<PublishOutcome>> TryPublishBatchAsync(IReadOnlyList<(Message Message, Destination Destination)> batch,
        PublishOptions? options = null, CancellationToken cancellationToken = default);
}
