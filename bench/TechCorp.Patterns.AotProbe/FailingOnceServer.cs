using System.Net;

namespace TechCorp.Patterns.AotProbe;

/// <summary>Answers the first request with 503 and notes key and body of each.</summary>
internal sealed class FailingOnceServer : HttpMessageHandler
{
    internal List<string> Seen { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Seen.Add($"{request.Headers.GetValues("Idempotency-Key").Single()} {await request.Content!.ReadAsStringAsync(cancellationToken)}");
        return new HttpResponseMessage(Seen.Count == 1 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);
    }
}
