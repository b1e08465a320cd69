using System.Globalization;

namespace TraceDashboard.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchOptions
{
    public const string Help =
        """
        usage: ./bench.sh [verb] [options]

        all         ingest, read and lifecycle, on both databases (what runs without a verb)
        ingest      OTLP load on an empty store and on a filled one, beside the reference writer
        read        pages' queries on a filled store
        lifecycle   open traces updated through the lifecycle API, with subscribers that run the pages' queries
        fling       a trace of 10 000 spans in Chromium: opening it, and the rows after the scroll wheel was flung
        retention   OTLP load with and without retention beside it, in turns, on a filled store; then what the store shrinks to
        long        a trace that grows to 100 000 spans: how long each batch, and each of others beside it, takes
        store       the pipeline and the writer alone, in this process
        decode      decoding and mapping alone, of several dialects, beside a plain parser
        reference   the reference writer alone: how fast this machine is today
        load        OTLP load on an app that runs elsewhere: --target http://…

        --database sqlite|postgres|both   default both
        --fill N          spans stored before the second measurement, or before retention, default 1000000; 0 leaves it out
        --spans N         spans in a measurement, default 150000
        --reference N     spans that the reference writer writes, default 50000
        --connections N   default 4
        --batch N         spans in a request, default 512
        --open N          traces open at once in lifecycle, default 1000 and then 5000
        --seconds N       length of a lifecycle measurement, default 20
        --browser PATH    Chromium for fling, default /usr/bin/chromium
        --target URL      for load
        --key KEY         secret key for load; without it the app must accept keyless calls from loopback
        """;

    public string Verb { get; init; } = "all";

    /// <summary>Whether each database to run on is PostgreSQL.</summary>
    public IReadOnlyList<bool> Databases { get; init; } = [false, true];

    public int Fill { get; init; } = 1_000_000;

    public int Spans { get; init; } = 150_000;

    public int ReferenceSpans { get; init; } = 50_000;

    public int Connections { get; init; } = 4;

    public int Batch { get; init; } = 512;

    public IReadOnlyList<int> Open { get; init; } = [1_000, 5_000];

    public int Seconds { get; init; } = 20;

    /// <summary>Of the ids that a <see cref="Lifecycle.LifecycleClient"/> uses.</summary>
    public int Seed { get; init; }

    public string Browser { get; init; } = "/usr/bin/chromium";

    public Uri? Target { get; init; }

    public string? Key { get; init; }

    /// <exception cref="FormatException">An argument is unknown or has a wrong value; the message names it.</exception>
    public static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions();
        var index = 0;
        if (args.Length > 0 && !args[0].StartsWith('-'))
            options = options with { Verb = args[index++] };
        for (; index < args.Length; index += 2)
        {
            var name = args[index];
            var value = index + 1 < args.Length ? args[index + 1] : throw new FormatException($"{name} needs a value.");
            options = name switch
            {
                "--database" => options with
                {
                    Databases = value switch
                    {
                        "sqlite" => [false],
                        "postgres" => [true],
                        "both" => [false, true],
                        _ => throw new FormatException("--database is sqlite, postgres or both."),
                    },
                },
                "--fill" => options with { Fill = Number(name, value) },
                "--spans" => options with { Spans = Number(name, value) },
                "--reference" => options with { ReferenceSpans = Number(name, value) },
                "--connections" => options with { Connections = Number(name, value) },
                "--batch" => options with { Batch = Number(name, value) },
                "--open" => options with { Open = [Number(name, value)] },
                "--seconds" => options with { Seconds = Number(name, value) },
                "--seed" => options with { Seed = Number(name, value) },
                "--target" => options with { Target = Uri.TryCreate(value, UriKind.Absolute, out var uri) ? uri : throw new FormatException($"{name} {value} is not a URL.") },
                "--browser" => options with { Browser = value },
                "--key" => options with { Key = value },
                _ => throw new FormatException($"{name} is not an option."),
            };
        }

        return options;
    }

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"{name} {value} is not a number.");
}
