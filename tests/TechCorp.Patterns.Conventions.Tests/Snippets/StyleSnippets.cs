using System.Diagnostics;

namespace TechCorp.Patterns.Conventions.Tests.Snippets;

/// <summary>What <c>docs/style.md</c> shows.</summary>
internal static class StyleSnippets
{
    internal sealed class Options
    {
        #region snippet: style-options
        /// <summary>Failures in a row that open the circuit. Default: 5.</summary>
        public int FailureThreshold { get; set; } = 5;

        internal IEnumerable<string> Problems()
        {
            if (FailureThreshold < 1)
            {
                yield return $"{nameof(FailureThreshold)} must be at least 1; it is {FailureThreshold}.";
            }
        }
        #endregion
    }

    internal sealed class Window(int size)
    {
        #region snippet: style-locks
        private readonly Lock _gate = new();
        private int _outstanding; // guarded by _gate

        public bool TryTake()
        {
            lock (_gate)
            {
                AssertInvariants();
                if (_outstanding == size)
                {
                    return false;
                }

                _outstanding++;
                return true;
            }
        }

        [Conditional("DEBUG")]
        private void AssertInvariants()
        {
            Debug.Assert(_gate.IsHeldByCurrentThread, "The caller must hold the lock.");
            Debug.Assert(_outstanding <= size, "More publishes are outstanding than the window allows.");
        }
        #endregion
    }
}
