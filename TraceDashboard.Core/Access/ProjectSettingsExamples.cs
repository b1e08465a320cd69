using TraceDashboard.Core.Api;

namespace TraceDashboard.Core.Access;

internal static class ProjectSettingsExamples
{
    private const string Document = """
        {
          "capture": "full",
          "redaction": {
            "builtIn": ["apiKeys", "email"],
            "custom": [{ "name": "employee id", "pattern": "EMP-[0-9]{6}", "replacement": "[employee]", "ignoreCase": false }]
          },
          "sampleShare": 1,
          "limits": { "inputBytes": 100000, "outputBytes": null, "attributeBytes": 20000 },
          "retention": { "contentDays": 30, "traceDays": 400 },
          "scoresByPublicKey": false
        }
        """;

    public static ApiExample Get { get; } = new(null, Document);

    public static ApiExample Put { get; } = new(Document, Document);
}
