using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace TechCorp.Messaging;

/// <summary>Reads what AMQP cannot show from the HTTP API of the management plugin.</summary>
/// <remarks>See <see href="https://www.rabbitmq.com/docs/http-api-reference"/>.</remarks>
internal sealed class ManagementApi : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _virtualHost;

    /// <param name="management">Its user information, or else the broker's, is who asks.</param>
    /// <param name="options">The broker's URI, the authorities to trust, and how long one answer may take.</param>
    /// <param name="credential">The broker's user, when a callback names it.</param>
    internal ManagementApi(Uri management, RabbitMqOptions options, NetworkCredential? credential)
    {
        var broker = options.Uris[0];
        var credentials = management.UserInfo.Length == 0 && credential is not null ? $"{credential.UserName}:{credential.Password}"
            : Uri.UnescapeDataString(management.UserInfo is { Length: > 0 } own ? own : broker.UserInfo is { Length: > 0 } theirs ? theirs : "guest:guest");
        _virtualHost = Uri.EscapeDataString(BrokerAddress.Of(broker).VirtualHost);
        var check = new ServerCertificateCheck(options.Tls, management.Host);
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, chain, errors) => check.Accepts(shown, chain, errors),
            },
        };
        _http = new HttpClient(handler)
        {
            BaseAddress = new Uri(management.GetLeftPart(UriPartial.Path).TrimEnd('/')
            .Replace(management.UserInfo + "@", "", StringComparison.Ordinal) + "/"),
            Timeout = options.ConnectTimeout,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
    }

    public void Dispose() => _http.Dispose();

    internal Task<ManagedQueue?> QueueAsync(string queue, CancellationToken cancellationToken)
        => GetAsync($"api/queues/{_virtualHost}/{Uri.EscapeDataString(queue)}", ManagementJson.Default.ManagedQueue, cancellationToken);

    /// <summary>Without the binding to the default exchange, which every queue has.</summary>
    internal async Task<IEnumerable<BindingDeclaration>> BindingsAsync(string queue, CancellationToken cancellationToken)
    {
        var bindings = await GetAsync($"api/queues/{_virtualHost}/{Uri.EscapeDataString(queue)}/bindings", ManagementJson.Default.ManagedBindingArray,
            cancellationToken).ConfigureAwait(false);
        return bindings?.Where(binding => binding.Source.Length > 0).Select(binding => new BindingDeclaration(binding.Source, queue, binding.RoutingKey)) ?? [];
    }

    /// <exception cref="HttpRequestException">The API cannot be reached or refuses; it names the address without credentials.</exception>
    private async Task<T?> GetAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"The management API at {_http.BaseAddress} answers {(int)response.StatusCode} to {path}: check its address, user "
                + "and the user's 'management' tag.", null, response.StatusCode);
        }

        return await response.Content.ReadFromJsonAsync(json, cancellationToken).ConfigureAwait(false);
    }
}
