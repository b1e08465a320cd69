using System.Text.Json;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Hosting;

public sealed class NoticesTests(PublishedApp published)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_license_goes_with_the_published_app()
    {
        var license = await File.ReadAllTextAsync(Path.Combine(await published.GetFolderAsync(), "LICENSE"), Cancel);

        Assert.StartsWith("MIT License", license, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_notices_that_go_with_it_name_every_package_that_is_in_it()
    {
        var folder = await published.GetFolderAsync();
        var named = await File.ReadAllLinesAsync(Path.Combine(folder, "THIRD-PARTY-NOTICES.txt"), Cancel);

        using var dependencies = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "TraceDashboard.deps.json"), Cancel));
        var packages = dependencies.RootElement.GetProperty("libraries").EnumerateObject()
            .Where(l => l.Value.GetProperty("type").GetString() == "package")
            .Select(l => l.Name.Split('/')[0])
            .ToList();
        Assert.Contains("MudBlazor", packages);
        Assert.Empty(packages.Except(named));

        // What pages load from npm is bundled: the packages below those that are named in package.json are in it too.
        using var assets = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(SourceTree.Root, "package-lock.json"), Cancel));
        var bundled = assets.RootElement.GetProperty("packages").EnumerateObject()
            .Where(p => p.Name.Length > 0)
            .Select(p => p.Name[(p.Name.LastIndexOf("node_modules/", StringComparison.Ordinal) + "node_modules/".Length)..])
            .ToList();
        Assert.Contains("apexcharts", bundled);
        Assert.Empty(bundled.Except(named));
    }

    [Theory]
    [InlineData("Permission is hereby granted, free of charge, to any person obtaining a copy")]
    [InlineData("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION")]
    [InlineData("Redistribution and use in source and binary forms, with or without modification,")]
    [InlineData("IN NO EVENT SHALL NPGSQL BE LIABLE")]
    [InlineData("SIL OPEN FONT LICENSE Version 1.1")]
    public async Task The_notices_have_the_text_of_each_license(string part)
    {
        var notices = await File.ReadAllTextAsync(Path.Combine(await published.GetFolderAsync(), "THIRD-PARTY-NOTICES.txt"), Cancel);

        Assert.Contains(part, notices, StringComparison.Ordinal);
    }
}
