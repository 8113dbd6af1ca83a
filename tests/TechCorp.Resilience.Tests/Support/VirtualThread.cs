namespace TechCorp.Resilience.Tests;

/// <summary>A thread that runs from step to step while its owner waits.</summary>
internal sealed class VirtualThread : IDisposable
{
    private readonly SemaphoreSlim _go = new(0);
    private readonly SemaphoreSlim _stopped = new(0);
    private readonly Thread _thread;
    private Action? _work;
    private bool _ended;
    private Exception? _failure;

    public VirtualThread()
    {
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public void Take(Action work)
    {
        _work = work;
        _ended = false;
    }

    /// <returns>Whether the work is done.</returns>
    public bool RunToNextStep()
    {
        _go.Release();
        _stopped.Wait();
        return _failure is null ? _ended : throw new InvalidOperationException("A virtual thread failed.", _failure);
    }

    public void Pause()
    {
        _stopped.Release();
        _go.Wait();
    }

    public void Dispose()
    {
        _work = null;
        _go.Release();
        _thread.Join();
        _go.Dispose();
        _stopped.Dispose();
    }

    private void Run()
    {
        _go.Wait();
        while (_work is { } work)
        {
            try
            {
                work();
            }
            catch (Exception exception)
            {
                _failure = exception;
            }

            _ended = true;
            _stopped.Release();
            _go.Wait();
        }
    }
}
