namespace TechCorp.Resilience.Tests;

internal enum CallEnd
{
    Success,
    Failure,
    Neutral,
}
