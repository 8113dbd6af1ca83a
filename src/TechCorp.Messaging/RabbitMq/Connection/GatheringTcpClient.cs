using System.Net.Sockets;
using RabbitMQ.Client;

namespace TechCorp.Messaging;

/// <summary>The socket of a connection, as the client would make it, with a <see cref="GatheringStream"/>.</summary>
internal sealed class GatheringTcpClient(AddressFamily family, TimeSpan closeTimeout, TimeProvider timeProvider)
    : TcpClientAdapter(new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true })
{
    public override NetworkStream GetStream() => new GatheringStream(Client, closeTimeout, timeProvider);
}
