namespace TechCorp.Messaging;

/// <summary>The everyday ways to publish.</summary>
public static class MessagePublisherExtensions
{
    extension(IMessagePublisher publisher)
    {
        /// <summary>Publishes a payload whose type the catalog knows, to the given destination or to the one registered for the type.</summary>
        /// <remarks>
        /// Each call is a message with a new id. To publish one again, make it by <see cref="MessageCatalog.Create{T}"/> with the id of the
        /// <see cref="PublishException"/>, so that consumers know it.
        /// </remarks>
        /// <exception cref="PublishException">The message was not confirmed.</exception>
        /// <exception cref="ArgumentException">The body or a name is too large; nothing was sent.</exception>
        /// <exception cref="OperationCanceledException">The token was canceled; the message may have been delivered.</exception>
        /// <exception cref="InvalidOperationException">The type is not in the catalog, or has no destination and none was given.</exception>
        public Task PublishAsync<T>(T payload, Destination? destination = null, PublishOptions? options = null, CancellationToken cancellationToken = default)
            where T : notnull
            => publisher is MessagePublisher own
                ? own.PublishAsync(payload, destination, options, cancellationToken)
                : publisher.PublishAsync(publisher.Catalog.Create(payload), destination ?? publisher.Catalog.DestinationOf<T>(), options, cancellationToken);

        /// <summary>Publishes a serialized message.</summary>
        /// <exception cref="PublishException">The message was not confirmed.</exception>
        /// <exception cref="ArgumentException">The body or a name is too large; nothing was sent.</exception>
        /// <exception cref="OperationCanceledException">The token was canceled; the message may have been delivered.</exception>
        public Task PublishAsync(Message message, Destination destination, PublishOptions? options = null, CancellationToken cancellationToken = default)
            => ConfirmedAsync(publisher.TryPublishAsync(message, destination, options, cancellationToken), message, destination);
    }

    private static async Task ConfirmedAsync(ValueTask<PublishOutcome> publish, Message message, Destination destination)
    {
        var outcome = await publish.ConfigureAwait(false);
        if (!outcome.IsConfirmed)
        {
            throw new PublishException(message.Id, destination, outcome);
        }
    }
}
