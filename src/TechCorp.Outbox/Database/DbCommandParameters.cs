using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>Parameters without Dapper, where a statement takes arrays or hundreds of values.</summary>
internal static class DbCommandParameters
{
    internal static void Add(this DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
    }
}
