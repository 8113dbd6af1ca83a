namespace TechCorp.Patterns.Contracts;

/// <summary>What happens to a process that runs an idempotent operation.</summary>
internal enum IdempotencyScenario
{
    Finishes,
    Throws,
    DiesBeforeTheClaim,
    DiesAfterTheClaim,
    DiesBeforeTheEffect,
    DiesBeforeTheCommit,
    DiesAfterTheCommit,
    DiesBeforeTheCompletion,
    DiesAfterTheCompletion,

    /// <summary>Takes longer than its lease and renews it; nobody gets in between.</summary>
    TakesLong,

    /// <summary>Sleeps past its lease, another takes the key, and it continues without knowing.</summary>
    IsRobbed,

    /// <summary>The same, but a renewal reports it.</summary>
    IsRobbedAndLearnsIt,
}
