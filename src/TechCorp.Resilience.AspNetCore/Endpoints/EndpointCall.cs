using Microsoft.AspNetCore.Http;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>One request to an endpoint that requires a key.</summary>
internal sealed class EndpointCall(HttpContext http, RequestDelegate endpoint, IdempotencyKeyOptions options, CallerPatience? patience)
{
    private ResponseCapture? _capture;

    /// <summary>Whether this request ran the endpoint, not another one with its key.</summary>
    internal bool HasRun => _capture is not null;

    internal bool IsSent => _capture is { IsSent: true };

    internal async ValueTask<StoredResponse> RunAsync(CancellationToken cancellationToken)
    {
        patience?.End();
        cancellationToken.ThrowIfCancellationRequested(); // the last moment to leave
        _capture = new ResponseCapture(http, options);
        var response = await _capture.RunAsync(endpoint, cancellationToken).ConfigureAwait(false);
        return IsFinal(response.Status) ? response : throw new NonFinalResponseException(response);
    }

    internal Task SendAsync() => _capture!.SendAsync();

    internal void Undo() => _capture?.Undo();

    private bool IsFinal(int status) => status < StatusCodes.Status500InternalServerError && !options.NonFinalStatuses.Contains(status);
}
