namespace TechCorp.Patterns.Benchmarks;

/// <summary>The loops around the calls, one for each row, so that a loop contains only the call.</summary>
internal static class Loops
{
    public static void BreakerSync(OurSubjects ours, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            ours.BreakerSync();
        }
    }

    public static void BreakerSync(PollySubjects polly, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            polly.BreakerSync();
        }
    }

    public static void BreakerAsync(OurSubjects ours, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            ours.BreakerAsync();
        }
    }

    public static void BreakerAsync(PollySubjects polly, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            polly.BreakerAsync();
        }
    }

    public static void Permit(OurSubjects ours, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            ours.Permit();
        }
    }

    public static void Permit(PollySubjects polly, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            polly.Permit();
        }
    }

    public static void RetryFirstTry(OurSubjects ours, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            ours.RetryFirstTry();
        }
    }

    public static void RetryFirstTry(PollySubjects polly, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            polly.RetryFirstTry();
        }
    }

    public static void PipelineSync(OurSubjects ours, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            ours.PipelineSync();
        }
    }

    public static void PipelineSync(PollySubjects polly, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            polly.PipelineSync();
        }
    }

    public static void PipelineAsync(OurSubjects ours, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            ours.PipelineAsync();
        }
    }

    public static void PipelineAsync(PollySubjects polly, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            polly.PipelineAsync();
        }
    }

    public static void Reject(OurSubjects ours, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            ours.Reject();
        }
    }

    public static void Reject(PollySubjects polly, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            polly.Reject();
        }
    }

    public static void BreakerOutcome(OurSubjects ours, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            ours.BreakerOutcome();
        }
    }

    public static void BreakerOutcome(PollySubjects polly, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            polly.BreakerOutcome();
        }
    }

    public static void RetryOutcome(OurSubjects ours, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            ours.RetryOutcome();
        }
    }

    public static void RetryOutcome(PollySubjects polly, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            polly.RetryOutcome();
        }
    }

    public static void PipelineOutcome(OurSubjects ours, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            ours.PipelineOutcome();
        }
    }

    public static void PipelineOutcome(PollySubjects polly, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            polly.PipelineOutcome();
        }
    }

    public static void RatioSync(OurSubjects ours, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            ours.RatioSync();
        }
    }

    public static void RatioSync(PollySubjects polly, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            polly.RatioSync();
        }
    }

    public static void SlowSync(OurSubjects ours, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            ours.SlowSync();
        }
    }

    public static void SlowSync(PollySubjects polly, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            polly.SlowSync();
        }
    }

    public static void LimitSync(OurSubjects ours, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            ours.LimitSync();
        }
    }

    public static void LimitSync(PollySubjects polly, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            polly.LimitSync();
        }
    }

    public static void LimitAsync(OurSubjects ours, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            ours.LimitAsync();
        }
    }

    public static void LimitAsync(PollySubjects polly, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            polly.LimitAsync();
        }
    }
}
