using System.Net;
using System.Net.Sockets;

namespace TechCorp.Resilience.Http.Tests;

/// <summary>A real HTTP server on loopback, which answers requests in their order, 200 after the last, and notes what it saw.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Queue<(HttpStatusCode Status, string? Location)> _answers;

    public LoopbackServer(params (HttpStatusCode Status, string? Location)[] answers)
    {
        _answers = new(answers);
        Address = new Uri($"http://127.0.0.1:{FreePort()}/");
        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _ = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>Method, path, body and authorization of each request.</summary>
    public List<string> Seen { get; } = [];

    public void Dispose() => _listener.Close();

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            var context = await _listener.GetContextAsync();
            using var reader = new StreamReader(context.Request.InputStream);
            var body = await reader.ReadToEndAsync();
            Seen.Add($"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath} '{body}' {context.Request.Headers["Authorization"]}".TrimEnd());
            (HttpStatusCode Status, string? Location) answer = _answers.TryDequeue(out var next) ? next : (HttpStatusCode.OK, null);
            context.Response.StatusCode = (int)answer.Status;
            context.Response.RedirectLocation = answer.Location;
            context.Response.Close();
        }
    }
}
