using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace TechCorp.Messaging;

/// <summary>The channel that a topology is declared on: a refusal closes it, and what is done next opens another.</summary>
internal sealed class DeclaringChannel(IConnection connection) : IAsyncDisposable
{
    private IChannel? _channel;

    public ValueTask DisposeAsync() => _channel?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <exception cref="TopologyException">The broker refused.</exception>
    internal async Task DoAsync(string entity, Func<IChannel, Task> declare, CancellationToken cancellationToken)
    {
        try
        {
            await declare(await OpenAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationInterruptedException exception) when (DeclareRefusal.Of(entity, exception.ShutdownReason?.ReplyCode ?? 0,
            exception.ShutdownReason?.ReplyText ?? "", exception) is { } refusal)
        {
            throw refusal;
        }
    }

    private async Task<IChannel> OpenAsync(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true })
        {
            return _channel;
        }

        await DisposeAsync().ConfigureAwait(false);
        return _channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
    }
}
