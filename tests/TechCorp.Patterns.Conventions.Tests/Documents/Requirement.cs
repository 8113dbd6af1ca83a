namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A row of the tables in <c>docs/requirements</c>.</summary>
internal sealed record Requirement(string Id, string Text, string Status, RepositoryFile Page, int Line)
{
    public const string Open = "open";

    public bool IsOpen => Status == Open;

    public string Family => Id[..2];

    public string Place => $"{Page.Path}:{Line}";
}
