#region snippet: usings-connection
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using TechCorp.Messaging;
#endregion

namespace TechCorp.Patterns.Conventions.Tests.Snippets;

internal static class ConnectionGuideSnippets
{
    internal static void ConnectWithTls(IServiceCollection services)
    {
        #region snippet: guide-tls
        services.AddTechCorpMessaging(messaging => messaging.UseRabbitMq("amqps://broker.example", broker =>
        {
            broker.Tls.CertificateAuthorityFile = "/etc/orders/ca.pem";
            broker.Tls.ClientCertificateFile = "/etc/orders/client.pem";
            broker.Tls.ClientCertificateKeyFile = "/etc/orders/client.key";
            broker.Tls.UseExternalAuthentication = true; // the client certificate is the login: no user, no password
        }));
        #endregion
    }

    internal static void ConnectWithRotatedCredentials(IServiceCollection services, Func<CancellationToken, Task<string>> readPassword)
    {
        #region snippet: guide-credentials
        services.AddTechCorpMessaging(messaging => messaging.UseRabbitMq("amqps://broker.example",
            broker => broker.Credentials = async cancellationToken => new NetworkCredential("orders", await readPassword(cancellationToken))));
        #endregion
    }
}
