namespace TechCorp.Resilience.Tests;

/// <summary>
/// Real threads of which one runs at a time, from one step to the next, in the order that a schedule says. Runs every schedule there is: after each
/// run, the last choice that had an alternative is changed.
/// </summary>
internal sealed class VirtualThreads : IDisposable
{
    private readonly VirtualThread[] _threads;
    private readonly List<(int Choice, int Of)> _path = [];
    private int _current = -1;

    public VirtualThreads(int count) => _threads = [.. Enumerable.Range(0, count).Select(_ => new VirtualThread())];

    /// <summary>Ends the current step of the thread that runs; does nothing outside a schedule.</summary>
    public void Step()
    {
        if (_current >= 0)
        {
            _threads[_current].Pause();
        }
    }

    /// <param name="prepare">Makes new state for each schedule and returns what each thread does.</param>
    /// <param name="check">Looks at the state when all threads have ended.</param>
    /// <returns>The number of schedules.</returns>
    public int RunAll(Func<Action[]> prepare, Action check)
    {
        var schedules = 0;
        _path.Clear();
        do
        {
            RunOne(prepare());
            check();
            schedules++;
        }
        while (NextPath());

        return schedules;
    }

    public void Dispose() => Array.ForEach(_threads, thread => thread.Dispose());

    private void RunOne(Action[] work)
    {
        for (var i = 0; i < work.Length; i++)
        {
            _threads[i].Take(work[i]);
        }

        List<int> alive = [.. Enumerable.Range(0, work.Length)];
        for (var depth = 0; alive.Count > 0; depth++)
        {
            if (depth == _path.Count)
            {
                _path.Add((0, alive.Count));
            }

            _current = alive[_path[depth].Choice];
            var ended = _threads[_current].RunToNextStep();
            if (ended)
            {
                alive.Remove(_current);
            }

            _current = -1;
        }
    }

    private bool NextPath()
    {
        while (_path.Count > 0 && _path[^1].Choice == _path[^1].Of - 1)
        {
            _path.RemoveAt(_path.Count - 1);
        }

        if (_path.Count == 0)
        {
            return false;
        }

        _path[^1] = (_path[^1].Choice + 1, _path[^1].Of);
        return true;
    }
}
