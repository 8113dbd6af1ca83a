using System.Security.Authentication;
using RabbitMQ.Client.Exceptions;

namespace TechCorp.Messaging;

/// <summary>Distinguishes a refusal, which needs a change of configuration, from a broker that cannot be reached, which may come back.</summary>
internal static class ConnectFailure
{
    private const int AccessRefused = 403;
    private const int NotAllowed = 530;

    /// <summary>The broker's text if it refused credentials or virtual host; null if it could not be reached.</summary>
    internal static string? RefusalIn(Exception? exception) => exception switch
    {
        null => null,
        AuthenticationFailureException => $"the credentials were refused ({ErrorText.MessageOf(exception)}).",
        OperationInterruptedException { ShutdownReason: { ReplyCode: NotAllowed or AccessRefused } reason }
            => $"refused ({reason.ReplyCode}: {ErrorText.Clean(reason.ReplyText)}).",
        AuthenticationException => $"the TLS handshake failed ({ErrorText.MessageOf(exception)}); check that the port speaks TLS, and its certificate.",
        AggregateException many => many.InnerExceptions.Select(RefusalIn).FirstOrDefault(static refusal => refusal is not null),
        _ => RefusalIn(exception.InnerException),
    };

    /// <summary>Whether an exception of the client only says that channel or connection is gone.</summary>
    internal static bool IsLoss(Exception exception)
        => exception is AlreadyClosedException or OperationInterruptedException or IOException or ObjectDisposedException
            or System.Net.Sockets.SocketException or System.Threading.Channels.ChannelClosedException or BrokerUnreachableException or TimeoutException;
}
