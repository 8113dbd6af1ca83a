using TechCorp.Messaging;
using TechCorp.Outbox;

namespace NotificationService.Workers;

/// <summary>Sends the notifications that <c>notification.email.#</c> matches.</summary>
[Consumer(Queue = "notifications.email")]
public sealed class EmailWorker : ITransactionalHandler<Notification>
{
    /// <inheritdoc/>
    public Task HandleAsync(Notification message, TransactionContext context, CancellationToken cancellationToken) => context.SendAsync("email", message);
}
