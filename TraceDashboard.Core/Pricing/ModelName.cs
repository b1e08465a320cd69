using System.Text.RegularExpressions;

namespace TraceDashboard.Core.Pricing;

/// <summary>A model name, and what is left of it without what does not decide the price.</summary>
internal sealed partial record ModelName
{
    private ModelName(string exact, string? withoutRegion, string? region, string bare, NameChanges changes, string? undated, NameChanges undatedChanges)
    {
        Exact = exact;
        WithoutRegion = withoutRegion;
        Region = region;
        Bare = bare;
        BareChanges = changes;
        Undated = undated;
        UndatedChanges = undatedChanges;
    }

    public string Exact { get; }

    /// <summary>Null when it does not begin with a region. The price of a region may differ from that of the plain name.</summary>
    public string? WithoutRegion { get; }

    /// <summary>The region that it names, in front, behind a path or in an ARN, as <c>eu</c> or <c>us-gov-east-1</c>; null when it names none.</summary>
    public string? Region { get; }

    /// <summary>
    /// Without path, vendor, region, revision and fine-tune owner, lower case, numbers joined by dashes. A date stays.
    /// What could be another product stays too: <c>:free</c>, <c>-preview</c>, <c>-v2</c>, <c>ft:</c>.
    /// </summary>
    public string Bare { get; }

    public NameChanges BareChanges { get; }

    /// <summary><see cref="Bare"/> without its date or build number; null when it has none.</summary>
    public string? Undated { get; }

    /// <summary>All changes that made <see cref="Undated"/>; with <see cref="NameChanges.Date"/> only if it was a date.</summary>
    public NameChanges UndatedChanges { get; }

    public static ModelName Parse(string model)
    {
        var changes = NameChanges.None;
        var exact = model.Trim();
        var bare = exact.ToLowerInvariant();
        var withoutRegion = RegionPrefix().Match(bare) is { Success: true } region ? exact[region.Length..] : null;
        var regionOfArn = ArnRegion().Match(bare) is { Success: true } arn ? arn.Groups[1].Value : null;
        var inFront = TakeRegion(ref bare, ref changes);
        bare = Replace(Path(), bare, "", NameChanges.Prefix, ref changes);
        // Routes and ARNs have it behind the path; an ARN without it there speaks of its own.
        var behindPath = TakeRegion(ref bare, ref changes);
        bare = Replace(VendorPrefix(), bare, "", NameChanges.Prefix, ref changes);
        bare = Replace(FineTuneOwner(), bare, "$1", NameChanges.FineTune, ref changes);
        bare = Replace(Revision(), bare, "", NameChanges.Revision, ref changes);
        bare = Replace(NumberDot(), bare, "-", NameChanges.Punctuation, ref changes);

        var named = inFront ?? behindPath ?? regionOfArn;
        var undatedChanges = changes;
        var undated = Replace(Date(), bare, "", NameChanges.Date, ref undatedChanges);
        if (undatedChanges == changes)
            undated = Replace(BuildNumber(), bare, "", NameChanges.Revision, ref undatedChanges);
        return undated.Length > 0 && undated.Length < bare.Length
            ? new ModelName(exact, withoutRegion, named, bare, changes, undated, undatedChanges)
            : new ModelName(exact, withoutRegion, named, bare, changes, null, changes);
    }

    private static string? TakeRegion(ref string name, ref NameChanges changes)
    {
        if (RegionPrefix().Match(name) is not { Success: true } region)
            return null;
        name = name[region.Length..];
        changes |= NameChanges.Region;
        return region.Value[..^1];
    }

    private static string Replace(Regex pattern, string name, string replacement, NameChanges change, ref NameChanges changes)
    {
        var replaced = pattern.Replace(name, replacement);
        if (replaced != name)
            changes |= change;
        return replaced;
    }

    [GeneratedRegex(@"^(?:(?:us|eu|apac|au|jp|ca|sa|me|af|in|global|us-gov)\.|(?:us|eu|global|global-standard|(?:us|eu|ap|ca|sa|me|af|il|mx|us-gov)-[a-z]+-\d)/)")]
    private static partial Regex RegionPrefix();

    [GeneratedRegex(@"^arn:[^:]*:bedrock:([a-z0-9-]+):")]
    private static partial Regex ArnRegion();

    [GeneratedRegex(@"^.*/")]
    private static partial Regex Path();

    [GeneratedRegex(@"^(?:anthropic|amazon|meta|mistral|cohere|ai21|deepseek|qwen|openai|google|minimax|moonshotai|moonshot|nvidia|twelvelabs|writer|zai)\.(?=[a-z])")]
    private static partial Regex VendorPrefix();

    [GeneratedRegex(@"^(ft:[^:]+):.*$")]
    private static partial Regex FineTuneOwner();

    // Bedrock's -v1:0 behind a date is a build; elsewhere the version is part of the name (titan-embed-text-v2:0) and only :0 is not.
    [GeneratedRegex(@"(?:(?<=\d{8})-v\d+(?::\d+)?|(?<=-v\d+):0|@default|[@-]latest)$")]
    private static partial Regex Revision();

    [GeneratedRegex(@"(?<=\d)\.(?=\d)")]
    private static partial Regex NumberDot();

    // 2024-08-06, 20240806, 08-2024, 08-06, then the four-digit forms 0806 (month and day) and 2408 (year and month).
    [GeneratedRegex(@"[-@](?:20\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])-(?:20\d\d|0[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|2[3-9](?:0[1-9]|1[0-2]))$")]
    private static partial Regex Date();

    [GeneratedRegex(@"[-@]00\d$")]
    private static partial Regex BuildNumber();
}
