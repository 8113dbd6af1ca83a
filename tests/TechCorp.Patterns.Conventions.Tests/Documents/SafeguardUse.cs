namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A <c>[Safeguard]</c> attribute, with the method that it stands on.</summary>
internal sealed record SafeguardUse(string Name, string? SwitchedOff, string? Remark, string TestClass, string Method, bool IsTest, string File, int Line)
{
    public string Place => $"{File}:{Line}";

    public string Test => $"`{TestClass}.{Method}`{(Remark is null ? "" : " " + Remark)}";
}
