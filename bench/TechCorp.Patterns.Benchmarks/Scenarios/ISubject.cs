namespace TechCorp.Patterns.Benchmarks;

/// <summary>One library as the scenarios see it.</summary>
internal interface ISubject
{
    /// <summary>Whether the circuit reports that it is closed.</summary>
    bool IsClosed { get; }

    Task<int> CallAsync(Func<CancellationToken, Task<int>> operation, CancellationToken cancellationToken = default);

    bool IsRejection(Exception exception);

    bool IsTimeout(Exception exception);

    TimeSpan? RetryAfterOf(Exception rejection);

    void Isolate();

    void Reset();
}
