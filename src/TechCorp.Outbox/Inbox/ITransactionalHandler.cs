namespace TechCorp.Outbox;

/// <summary>Handles messages of one type with an effect that happens once: the inbox mark, the handler's writes and its
/// outgoing events commit together.</summary>
/// <remarks>
/// A duplicate delivery does not reach the handler. Throwing rolls everything back and hands the message to the delivery policy.
/// Work outside the transaction (HTTP, files) is at least once: implement <see cref="IAfterCommit{T}"/> beside this.
/// </remarks>
/// <typeparam name="T">The payload's type, registered in the message catalog.</typeparam>
public interface ITransactionalHandler<in T>
{
    /// <summary>Handles one message inside the transaction of <paramref name="context"/>; the caller commits.</summary>
    Task HandleAsync(T message, TransactionContext context, CancellationToken cancellationToken);
}
