using System.Net;

namespace TechCorp.Resilience.Http.Tests;

/// <summary>Notes each attempt as it would be on the wire, and fails those that the test names.</summary>
internal sealed class RecordingServer(int failures = 2) : HttpMessageHandler
{
    /// <summary>Request line, headers, content headers and body of each attempt.</summary>
    public List<string> Attempts { get; } = [];

    public List<byte[]> Bodies { get; } = [];

    public List<string?> Keys { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        if (request.Content is not null)
        {
            await request.Content.CopyToAsync(body, cancellationToken);
        }

        return Note(request, body.ToArray());
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        request.Content?.CopyTo(body, context: null, cancellationToken);
        return Note(request, body.ToArray());
    }

    private HttpResponseMessage Note(HttpRequestMessage request, byte[] body)
    {
        var headers = request.Headers.NonValidated.Concat(request.Content?.Headers.NonValidated ?? []).Select(header => $"{header.Key}: {header.Value}");
        Attempts.Add($"{request.Method} {request.RequestUri} {request.Version} {request.VersionPolicy}\n{string.Join('\n', headers)}");
        Bodies.Add(body);
        Keys.Add(request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null);
        return new HttpResponseMessage(Attempts.Count <= failures ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);
    }
}
