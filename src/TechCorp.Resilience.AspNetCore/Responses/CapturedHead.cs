using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>The real status and headers. What is to be done when the response starts is done when the endpoint has ended, so that it is stored.</summary>
internal sealed class CapturedHead(IHttpResponseFeature real) : IHttpResponseFeature
{
    private readonly Stack<(Func<object, Task> Callback, object State)> _starting = new();
    private bool _isHandedOver;

    public int StatusCode
    {
        get => real.StatusCode;
        set => real.StatusCode = value;
    }

    public string? ReasonPhrase
    {
        get => real.ReasonPhrase;
        set => real.ReasonPhrase = value;
    }

    public IHeaderDictionary Headers
    {
        get => real.Headers;
        set => real.Headers = value;
    }

    [Obsolete("Use IHttpResponseBodyFeature.Stream instead.")]
    public Stream Body
    {
        get => real.Body;
        set => real.Body = value;
    }

    public bool HasStarted => real.HasStarted;

    public void OnStarting(Func<object, Task> callback, object state)
    {
        if (_isHandedOver)
        {
            real.OnStarting(callback, state);
        }
        else
        {
            _starting.Push((callback, state));
        }
    }

    public void OnCompleted(Func<object, Task> callback, object state) => real.OnCompleted(callback, state);

    /// <summary>The endpoint has ended: the last callback comes first, as in a response that starts.</summary>
    internal async Task StartAsync()
    {
        while (_starting.TryPop(out var starting))
        {
            await starting.Callback(starting.State).ConfigureAwait(false);
        }
    }

    /// <summary>The response starts now, while the endpoint runs.</summary>
    internal void HandOver()
    {
        _isHandedOver = true;
        foreach (var (callback, state) in _starting.Reverse())
        {
            real.OnStarting(callback, state);
        }

        _starting.Clear();
    }
}
