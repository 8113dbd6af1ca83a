using RabbitMQ.Client;

namespace TechCorp.Messaging.Tests;

/// <summary>The RabbitMQ server of the run, named by TECHCORP_RABBITMQ, seen through the plain client.</summary>
internal static class RabbitMqServer
{
    private static readonly Lazy<Task<IConnection>> Shared = new(() => ConnectAsync(Uri));

    internal static Uri Uri => Environment.GetEnvironmentVariable("TECHCORP_RABBITMQ") is { Length: > 0 } uri
        ? new Uri(uri)
        : throw new InvalidOperationException("These tests need RabbitMQ: run them with 'eng/services.sh run -- …', or set TECHCORP_RABBITMQ to an AMQP URI.");

    /// <summary>What the server says of itself.</summary>
    internal static async Task<Version> VersionAsync()
        => Version.Parse(System.Text.Encoding.UTF8.GetString((byte[])(await Shared.Value).ServerProperties!["version"]!));

    internal static int Port => Uri.Port > 0 ? Uri.Port : 5672;

    /// <summary>The server's URI by way of another port of this machine.</summary>
    internal static Uri Through(int port) => new UriBuilder(Uri) { Host = "127.0.0.1", Port = port }.Uri;

    internal static async Task<IChannel> ChannelAsync() => await (await Shared.Value).CreateChannelAsync();

    internal static async Task DeleteQueueAsync(string queue)
    {
        await using var channel = await ChannelAsync();
        await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false);
    }

    internal static async Task DeleteExchangeAsync(string exchange)
    {
        await using var channel = await ChannelAsync();
        await channel.ExchangeDeleteAsync(exchange);
    }

    internal static async Task<int> ReadyAsync(string queue)
    {
        await using var channel = await ChannelAsync();
        return (int)(await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
    }

    private static async Task<IConnection> ConnectAsync(Uri uri)
    {
        try
        {
            return await new ConnectionFactory { Uri = uri, AutomaticRecoveryEnabled = true }.CreateConnectionAsync("tests");
        }
        catch (RabbitMQ.Client.Exceptions.BrokerUnreachableException exception)
        {
            throw new InvalidOperationException($"RabbitMQ does not answer on {uri.Host}:{uri.Port}: run the tests with 'eng/services.sh run -- …'.",
                exception);
        }
    }
}
