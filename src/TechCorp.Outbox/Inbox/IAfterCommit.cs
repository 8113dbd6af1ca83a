using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Implemented by a handler beside <see cref="ITransactionalHandler{T}"/> when something outside the database must follow the commit.</summary>
/// <remarks>At least once: the inbox remembers that it is due until it has returned, and a redelivery makes up for it. Throwing hands the
/// message to the delivery policy.</remarks>
/// <typeparam name="T">The payload's type.</typeparam>
public interface IAfterCommit<in T>
{
    /// <summary>Follows the commit of the message's transaction. Be idempotent, and await calls outside here.</summary>
    Task AfterCommitAsync(T message, MessageContext context, CancellationToken cancellationToken);
}
