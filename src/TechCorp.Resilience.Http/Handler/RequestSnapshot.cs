using System.Net.Http.Headers;

namespace TechCorp.Resilience.Http;

/// <summary>A request as its caller gave it. What inner handlers do to it, such as a signature or a redirect, is undone for the next attempt.</summary>
internal sealed class RequestSnapshot(HttpRequestMessage request)
{
    private readonly HttpMethod _method = request.Method;
    private readonly Uri? _address = request.RequestUri;
    private readonly Version _version = request.Version;
    private readonly HttpVersionPolicy _versionPolicy = request.VersionPolicy;
    private readonly KeyValuePair<string, HeaderStringValues>[] _headers = [.. request.Headers.NonValidated];
    private readonly bool? _chunked = request.Headers.TransferEncodingChunked;
    private readonly bool? _expectContinue = request.Headers.ExpectContinue;
    private readonly bool? _connectionClose = request.Headers.ConnectionClose;
    private readonly KeyValuePair<string, object?>[] _options = [.. request.Options];

    internal void Restore()
    {
        (request.Method, request.RequestUri) = (_method, _address);
        (request.Version, request.VersionPolicy) = (_version, _versionPolicy);
        RestoreHeaders(request.Headers);
        IDictionary<string, object?> options = request.Options;
        options.Clear();
        foreach (var option in _options)
        {
            options.Add(option);
        }
    }

    private void RestoreHeaders(HttpRequestHeaders headers)
    {
        headers.Clear();

        // These three know more than their header: "explicitly not". They come first, because a value adds the header.
        (headers.TransferEncodingChunked, headers.ExpectContinue, headers.ConnectionClose) = (_chunked, _expectContinue, _connectionClose);
        headers.Remove("Transfer-Encoding");
        headers.Remove("Expect");
        headers.Remove("Connection");
        foreach (var (name, values) in _headers)
        {
            headers.TryAddWithoutValidation(name, values);
        }
    }
}
