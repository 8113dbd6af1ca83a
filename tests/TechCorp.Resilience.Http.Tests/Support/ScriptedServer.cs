using System.Net;
using System.Net.Http.Headers;

namespace TechCorp.Resilience.Http.Tests;

/// <summary>Answers requests by number, 200 by default, and notes what it saw.</summary>
internal sealed class ScriptedServer(TestClock clock, Func<CancellationToken, ValueTask<HttpResponseMessage>>? always = null) : HttpMessageHandler
{
    private readonly Dictionary<int, Func<CancellationToken, ValueTask<HttpResponseMessage>>> _answers = [];

    public List<double> Times { get; } = [];

    public List<(string Key, string Body)> Seen { get; } = [];

    public List<int> Disposed { get; } = [];

    public ScriptedServer Answer(int request, Func<CancellationToken, ValueTask<HttpResponseMessage>> answer)
    {
        _answers[request] = answer;
        return this;
    }

    public ScriptedServer Answer(int request, HttpStatusCode status, RetryConditionHeaderValue? retryAfter = null)
        => Answer(request, _ => new(Response(request, status, retryAfter)));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Note(request, request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));
        return await Next(cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Note(request, "");
        return Next(cancellationToken).GetAwaiter().GetResult();
    }

    private void Note(HttpRequestMessage request, string body)
    {
        Times.Add(clock.Elapsed.TotalSeconds);
        Seen.Add((request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : "", body));
    }

    private ValueTask<HttpResponseMessage> Next(CancellationToken cancellationToken)
        => _answers.TryGetValue(Times.Count, out var answer) ? answer(cancellationToken)
        : always?.Invoke(cancellationToken) ?? new(Response(Times.Count, HttpStatusCode.OK, null));

    private NotingResponse Response(int request, HttpStatusCode status, RetryConditionHeaderValue? retryAfter)
        => new(status, () => Disposed.Add(request)) { Content = new StringContent($"answer {request}"), Headers = { RetryAfter = retryAfter } };

    private sealed class NotingResponse(HttpStatusCode status, Action disposed) : HttpResponseMessage(status)
    {
        protected override void Dispose(bool disposing)
        {
            disposed();
            base.Dispose(disposing);
        }
    }
}
